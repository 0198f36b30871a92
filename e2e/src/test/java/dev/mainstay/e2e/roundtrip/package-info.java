/** Round trips by snapshots. */
@org.jspecify.annotations.NullMarked
package dev.mainstay.e2e.roundtrip;
