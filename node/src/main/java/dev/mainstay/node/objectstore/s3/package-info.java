/** Objects in S3 and what speaks its protocol. The only door to the AWS SDK. */
@NullMarked
package dev.mainstay.node.objectstore.s3;

import org.jspecify.annotations.NullMarked;
