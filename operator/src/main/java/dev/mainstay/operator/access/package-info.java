/** Keeps users and roles of clusters as their objects want them: observe, plan, write down, call, report. */
@NullMarked
package dev.mainstay.operator.access;

import org.jspecify.annotations.NullMarked;
