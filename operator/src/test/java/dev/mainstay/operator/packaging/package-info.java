/** What installs the operator, rendered and looked at. */
@NullMarked
package dev.mainstay.operator.packaging;

import org.jspecify.annotations.NullMarked;
