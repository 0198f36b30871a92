/** Main class, settings, metrics and health. */
@NullMarked
package dev.mainstay.operator.server;

import org.jspecify.annotations.NullMarked;
