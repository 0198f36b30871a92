/**
 * The kinds of the group {@code mainstay.dev}, version {@code v1alpha1}, as immutable values.
 *
 * <p>What a field means is said once, in its description, which {@code kubectl explain} shows too. Defaults stand twice, in the
 * schema and in the constructors, because objects also come from places that know no schema; a test keeps them the same.
 */
@NullMarked
package dev.mainstay.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
