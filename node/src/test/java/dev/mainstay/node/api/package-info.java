@NullMarked
package dev.mainstay.node.api;

import org.jspecify.annotations.NullMarked;
