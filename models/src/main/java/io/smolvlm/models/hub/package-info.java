/// The model hub: finds models in the cache that huggingface_hub keeps on this machine, and fetches
/// what is missing into it, so that Python and Java share every download.
///
/// [io.smolvlm.models.hub.HubCache] looks at files only; [io.smolvlm.models.hub.Hub] alone opens
/// connections, and only when it is asked to.
@NullMarked
package io.smolvlm.models.hub;

import org.jspecify.annotations.NullMarked;
