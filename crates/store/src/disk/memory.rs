//! A disk in memory that fails, fills up and crashes when told to, the same way every time.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use super::{Disk, DiskFile};

/// What happens at the call that is chosen to go wrong. Calls that change nothing are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This call does nothing and fails; the next ones work.
    Fail,
    /// This call does all its work, then fails; the next ones work.
    FailAfter,
    /// This call does half of its work and fails, as does every call after it: the process is dead until
    /// [`MemoryDisk::crash`].
    Die,
}

/// What a crash leaves of bytes and names that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: the power failed before the disk wrote anything.
    Nothing,
    /// Everything: only the process died.
    Everything,
    /// The first half of every file's unsynced bytes, with lengths and names kept: the rest reads as zeros.
    Half,
}

/// A disk in memory, which outlives the processes that use it. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    files: Vec<Content>,
    calls: u64,
    faults: BTreeMap<u64, Fault>,
    dead: bool,
    room: Option<u64>,
    /// Counts crashes; a mount made before the last one is of no use.
    life: u64,
}

#[derive(Debug, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// Ranges of `now` that `durable` lacks.
    dirty: Vec<(usize, usize)>,
}

impl MemoryDisk {
    /// How many calls that change something were made so far.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Makes the call number `at` go wrong, counted as [`MemoryDisk::calls`] counts: the next call is number `calls()`.
    pub fn fail(&self, at: u64, fault: Fault) {
        self.lock().faults.insert(at, fault);
    }

    /// Leaves room for `bytes` more, in all files together; `None` for no end.
    pub fn set_room(&self, bytes: Option<u64>) {
        self.lock().room = bytes;
    }

    /// Stops everything: files that are open fail from now on, faults are forgotten, and of what was not synced
    /// only `keep` is left.
    pub fn crash(&self, keep: Keep) {
        let mut state = self.lock();
        state.life += 1;
        state.dead = false;
        state.faults.clear();
        match keep {
            Keep::Nothing => state.names = state.durable_names.clone(),
            Keep::Everything | Keep::Half => state.durable_names = state.names.clone(),
        }
        for content in &mut state.files {
            match keep {
                Keep::Nothing => {}
                Keep::Everything => content.sync(),
                Keep::Half => content.sync_half(),
            }
            content.now = content.durable.clone();
            content.dirty.clear();
        }
    }

    /// The disk as a process sees it that starts now, until the next crash.
    pub fn mount(&self) -> MemoryMount {
        MemoryMount { disk: self.clone(), life: self.lock().life }
    }

    /// All bytes of all files, durable or not: for searching what an erasure must have removed.
    pub fn bytes(&self) -> Vec<u8> {
        let state = self.lock();
        state.names.values().flat_map(|file| state.files[*file].now.iter().copied()).collect()
    }

    /// Changes one byte of a file, durably: damage that no crash can cause.
    pub fn damage(&self, path: &str, offset: usize) {
        let mut state = self.lock();
        let file = *state.names.get(path).expect("the damaged file exists");
        let content = &mut state.files[file];
        content.now[offset] ^= 0x55;
        content.durable[offset] ^= 0x55;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the disk is held")
    }
}

impl Content {
    fn sync(&mut self) {
        self.durable.resize(self.now.len(), 0);
        for (start, end) in self.dirty.drain(..) {
            let end = end.min(self.now.len());
            if start < end {
                self.durable[start..end].copy_from_slice(&self.now[start..end]);
            }
        }
    }

    fn sync_half(&mut self) {
        self.durable.resize(self.now.len(), 0);
        for (start, end) in self.dirty.drain(..) {
            let middle = (start + (end - start) / 2).min(self.now.len());
            if start < middle {
                self.durable[start..middle].copy_from_slice(&self.now[start..middle]);
            }
        }
    }

    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if end > self.now.len() {
            self.now.resize(end, 0);
        }
        self.now[offset..end].copy_from_slice(bytes);
        self.dirty.push((offset, end));
    }

    fn set_len(&mut self, len: usize) {
        if len > self.now.len() {
            self.dirty.push((self.now.len(), len));
        }
        self.now.resize(len, 0);
    }
}

/// How far a call gets before it fails, if it fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    All,
    Half,
    None,
}

impl State {
    /// Counts a call that changes something, and says how much of it happens and with which error it ends.
    fn begin(&mut self) -> (Reach, io::Result<()>) {
        if self.dead {
            return (Reach::None, Err(io::Error::other("the process is dead")));
        }
        let call = self.calls;
        self.calls += 1;
        let failed = || Err(io::Error::other("the disk failed as it was told to"));
        match self.faults.get(&call) {
            None => (Reach::All, Ok(())),
            Some(Fault::Fail) => (Reach::None, failed()),
            Some(Fault::FailAfter) => (Reach::All, failed()),
            Some(Fault::Die) => {
                self.dead = true;
                (Reach::Half, failed())
            }
        }
    }

    /// A call that either happens or not: half of it is nothing.
    fn change(&mut self, act: impl FnOnce(&mut Self)) -> io::Result<()> {
        let (reach, result) = self.begin();
        if reach == Reach::All {
            act(self);
        }
        result
    }

    fn find(&self, path: &str) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Takes room for `more` bytes and says how many of them fit.
    fn take_room(&mut self, more: u64) -> u64 {
        match &mut self.room {
            None => more,
            Some(room) => {
                let taken = more.min(*room);
                *room -= taken;
                taken
            }
        }
    }
}

fn in_folder(name: &str, folder: &str) -> bool {
    match name.rsplit_once('/') {
        Some((parent, _)) => parent == folder,
        None => folder.is_empty(),
    }
}

/// A [`MemoryDisk`] until its next crash. Clones share it.
#[derive(Debug, Clone)]
pub struct MemoryMount {
    disk: MemoryDisk,
    life: u64,
}

impl MemoryMount {
    fn lock(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.lock();
        if state.life == self.life { Ok(state) } else { Err(io::Error::other("opened before the crash")) }
    }
}

impl Disk for MemoryMount {
    type File = MemoryFile;

    /// Folders exist by themselves.
    fn create_folder(&self, _folder: &str) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let state = self.lock()?;
        let inside = state.names.keys().filter(|name| in_folder(name, folder));
        Ok(inside.map(|name| name.rsplit('/').next().unwrap_or(name).to_owned()).collect())
    }

    fn create(&self, path: &str) -> io::Result<MemoryFile> {
        let mut state = self.lock()?;
        let mut file = state.files.len();
        state.change(|state| match state.names.get(path) {
            Some(existing) => {
                file = *existing;
                state.files[file].set_len(0);
            }
            None => {
                state.files.push(Content::default());
                state.names.insert(path.to_owned(), file);
            }
        })?;
        Ok(MemoryFile { mount: self.clone(), file })
    }

    fn open(&self, path: &str) -> io::Result<MemoryFile> {
        let state = self.lock()?;
        Ok(MemoryFile { mount: self.clone(), file: state.find(path)? })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.lock()?;
        let file = state.find(from)?;
        state.change(|state| {
            state.names.remove(from);
            state.names.insert(to.to_owned(), file);
        })
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.lock()?;
        state.find(path)?;
        state.change(|state| {
            state.names.remove(path);
        })
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        let mut state = self.lock()?;
        state.change(|state| {
            state.durable_names.retain(|name, _| !in_folder(name, folder));
            let names = state.names.iter().filter(|(name, _)| in_folder(name, folder));
            let names: Vec<_> = names.map(|(name, file)| (name.clone(), *file)).collect();
            state.durable_names.extend(names);
        })
    }
}

/// An open file of a [`MemoryMount`].
#[derive(Debug)]
pub struct MemoryFile {
    mount: MemoryMount,
    file: usize,
}

impl DiskFile for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.mount.lock()?.files[self.file].now.len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let state = self.mount.lock()?;
        let content = &state.files[self.file].now;
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let bytes = content.get(start..start + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.mount.lock()?;
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let (reach, result) = state.begin();
        let reached = match reach {
            Reach::All => bytes.len(),
            Reach::Half => bytes.len() / 2,
            Reach::None => 0,
        };
        let grows = (start + reached).saturating_sub(state.files[self.file].now.len());
        let lacking = grows - state.take_room(grows as u64) as usize;
        state.files[self.file].write(&bytes[..reached.saturating_sub(lacking)], start);
        if lacking > 0 { Err(io::ErrorKind::StorageFull.into()) } else { result }
    }

    fn sync(&self) -> io::Result<()> {
        let file = self.file;
        self.mount.lock()?.change(|state| state.files[file].sync())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let file = self.file;
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.mount.lock()?.change(|state| {
            let freed = state.files[file].now.len().saturating_sub(len) as u64;
            state.files[file].set_len(len);
            state.room = state.room.map(|room| room + freed);
        })
    }
}
