@NullMarked
package dev.mainstay.node.tls;

import org.jspecify.annotations.NullMarked;
