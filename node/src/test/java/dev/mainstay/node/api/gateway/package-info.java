@NullMarked
package dev.mainstay.node.api.gateway;

import org.jspecify.annotations.NullMarked;
