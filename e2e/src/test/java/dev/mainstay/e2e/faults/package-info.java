/** A member in bad company: wrong directories, damaged files, full disks, careless clients. */
@NullMarked
package dev.mainstay.e2e.faults;

import org.jspecify.annotations.NullMarked;
