@org.jspecify.annotations.NullMarked
package dev.mainstay.node.api.audit;
