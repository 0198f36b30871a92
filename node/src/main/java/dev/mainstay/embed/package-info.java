/** Members inside another Java program: nothing of that program is touched, and what was started goes when it is closed. */
@NullMarked
package dev.mainstay.embed;

import org.jspecify.annotations.NullMarked;
