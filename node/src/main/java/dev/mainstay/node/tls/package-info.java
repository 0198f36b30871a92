/** Certificates, keys and trust from PEM files, kept up to date while connections come and go. Knows no server and no library. */
@NullMarked
package dev.mainstay.node.tls;

import org.jspecify.annotations.NullMarked;
