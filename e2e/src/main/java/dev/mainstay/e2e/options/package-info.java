/** What the programs of this module are told on their command lines. */
@org.jspecify.annotations.NullMarked
package dev.mainstay.e2e.options;
