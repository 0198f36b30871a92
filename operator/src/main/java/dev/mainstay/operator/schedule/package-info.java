/** Times that people write in cron's notation. */
@NullMarked
package dev.mainstay.operator.schedule;

import org.jspecify.annotations.NullMarked;
