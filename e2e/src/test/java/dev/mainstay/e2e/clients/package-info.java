/**
 * What clients that we did not write see: etcdctl, jetcd, the npm and Python clients, a kube-apiserver's requests, plain
 * HTTP, and clients that misbehave. Every suite runs against a real etcd too, with the same assertions, so that our
 * reading of the API is checked by the original; where the two may differ, {@link dev.mainstay.e2e.clients.Product} says
 * how.
 */
@NullMarked
package dev.mainstay.e2e.clients;

import org.jspecify.annotations.NullMarked;
