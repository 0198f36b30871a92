/** Members for the tests of other programs. The one door to JUnit. */
@NullMarked
package dev.mainstay.embed.junit;

import org.jspecify.annotations.NullMarked;
