/**
 * Writers that remember what a server acknowledged, and the check that all of it, and nothing else, is there afterwards.
 *
 * <p>{@code Writer} threads issue {@code Write}s on keys of their own and log the outcome in a {@code WriteLog};
 * {@code HistoryCheck} reads the server's whole history through a watch, matches each revision with the one write that
 * made it, and keeps a {@code KeySpace} model that ranges and leases are compared with.
 */
@NullMarked
package dev.mainstay.e2e.history;

import org.jspecify.annotations.NullMarked;
