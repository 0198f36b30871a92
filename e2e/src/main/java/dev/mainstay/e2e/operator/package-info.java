/** What runs inside a Kubernetes cluster beside the members: a client that judges what the operator does to them. */
@NullMarked
package dev.mainstay.e2e.operator;

import org.jspecify.annotations.NullMarked;
