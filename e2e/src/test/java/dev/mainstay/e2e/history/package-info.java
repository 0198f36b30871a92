/** The check of histories, checked: it must notice what it is there for. */
@NullMarked
package dev.mainstay.e2e.history;

import org.jspecify.annotations.NullMarked;
