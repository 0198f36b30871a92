/** The Lock and Election services: recipes made of key-value, lease and watch calls, as any client could make them. */
@NullMarked
package dev.mainstay.node.api.recipes;

import org.jspecify.annotations.NullMarked;
