/** Moving a live etcd into Mainstay. */
@org.jspecify.annotations.NullMarked
package dev.mainstay.e2e.migration;
