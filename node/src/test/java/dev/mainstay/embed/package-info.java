@NullMarked
package dev.mainstay.embed;

import org.jspecify.annotations.NullMarked;
