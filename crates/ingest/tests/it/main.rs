//! Files in, events and quarantine out: through the public API, with a sink that can fail.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod preview;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod shops;
#[cfg(test)]
mod shrinking;
#[cfg(test)]
mod webhooks;
