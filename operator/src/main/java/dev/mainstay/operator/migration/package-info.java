/** Lets a new cluster take over the data of one that runs, by jobs that run the node's tool. */
@NullMarked
package dev.mainstay.operator.migration;

import org.jspecify.annotations.NullMarked;
