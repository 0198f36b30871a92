@NullMarked
package dev.mainstay.embed.junit;

import org.jspecify.annotations.NullMarked;
