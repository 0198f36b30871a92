/** The measurements that must also hold, at a size that fits every build. */
@NullMarked
package dev.mainstay.e2e.bench;

import org.jspecify.annotations.NullMarked;
