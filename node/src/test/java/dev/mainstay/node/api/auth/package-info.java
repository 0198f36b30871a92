/** Tests of this package. */
@NullMarked
package dev.mainstay.node.api.auth;

import org.jspecify.annotations.NullMarked;
