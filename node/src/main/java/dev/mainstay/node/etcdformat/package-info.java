/** What etcd keeps in its database: the names of its buckets and how their entries are written. Knows nothing of files. */
@NullMarked
package dev.mainstay.node.etcdformat;

import org.jspecify.annotations.NullMarked;
