@NullMarked
package dev.mainstay.node.server;

import org.jspecify.annotations.NullMarked;
