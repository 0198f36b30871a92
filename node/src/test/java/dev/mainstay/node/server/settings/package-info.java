@NullMarked
package dev.mainstay.node.server.settings;

import org.jspecify.annotations.NullMarked;
