/** Certificates and keys: made, signed and read. The one door to Bouncy Castle. */
@NullMarked
package dev.mainstay.operator.pki;

import org.jspecify.annotations.NullMarked;
