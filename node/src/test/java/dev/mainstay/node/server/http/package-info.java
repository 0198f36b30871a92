@NullMarked
package dev.mainstay.node.server.http;

import org.jspecify.annotations.NullMarked;
