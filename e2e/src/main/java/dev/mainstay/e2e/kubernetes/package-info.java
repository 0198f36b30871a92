/** What the storage layer of kube-apiserver asks of its store, and load that is made of it. */
@NullMarked
package dev.mainstay.e2e.kubernetes;

import org.jspecify.annotations.NullMarked;
