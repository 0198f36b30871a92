/** Tests of this package. */
@NullMarked
package dev.mainstay.node.auth;

import org.jspecify.annotations.NullMarked;
