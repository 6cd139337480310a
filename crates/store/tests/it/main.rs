//! What every version of the substrate must hold, and what goes wrong with files and disks.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod failing_disk;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod rig;
