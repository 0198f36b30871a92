@NullMarked
package dev.mainstay.node.bolt;

import org.jspecify.annotations.NullMarked;
