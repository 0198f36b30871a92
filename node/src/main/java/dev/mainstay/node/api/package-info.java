/** The etcd v3 services: check, translate, call a port, translate back. */
@NullMarked
package dev.mainstay.node.api;

import org.jspecify.annotations.NullMarked;
