@org.jspecify.annotations.NullMarked
package dev.mainstay.node.observability.tracing;
