//! Rows that make one event together: gathered while they come, closed when no more can come.

use std::collections::{HashMap, HashSet, VecDeque};

use model::time::Timestamp;

use crate::{
    event::{Draft, Whole, too_large, write_fields},
    limits,
    number::Decimal,
    plan::{Group, Output, Row, Suspects},
    reason::{Fault, Reason},
    step::Place,
};

/// The groups of one output.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    open: HashMap<String, Open>,
    /// Each row's number with its group's key, in order: what is at the front closes first.
    due: VecDeque<(u64, String)>,
    /// Hashes of the keys of groups that were closed.
    closed: HashSet<u64>,
    /// The last row of which it is not known to which group it belongs.
    unread: Option<u64>,
    /// Bytes that the open groups hold.
    bytes: usize,
}

/// A row that belongs to a group, kept in case that the group is bad.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) place: Place,
    pub(crate) raw: String,
}

/// A group that came to its end.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) members: Vec<Member>,
    /// When the first of them happened.
    pub(crate) at: Option<Timestamp>,
    /// The event, or what is wrong with the whole group.
    pub(crate) event: Result<String, Fault>,
}

/// A row that comes to its group.
#[derive(Debug)]
pub(crate) struct Addition<'a> {
    pub(crate) row: &'a Row<'a>,
    /// What the event will be, if this row is the group's first.
    pub(crate) draft: Option<Draft>,
    /// Whom the row is about.
    pub(crate) identifiers: &'a [u8],
    /// When what it says happened.
    pub(crate) at: Option<Timestamp>,
    pub(crate) member: Member,
}

/// What was gathered of a group.
#[derive(Debug)]
struct Open {
    /// `None` until a row came that is not bad.
    draft: Option<Draft>,
    list: Vec<u8>,
    sums: Vec<Decimal>,
    members: Vec<Member>,
    last_row: u64,
    is_tainted: bool,
    bytes: usize,
}

/// More groups than can be held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooMany {
    /// Open ones.
    Open,
    /// Closed ones.
    Closed,
}

impl Groups {
    /// Adds a row to its group.
    ///
    /// # Errors
    /// Why it cannot belong to it. A group of which a row is bad is bad.
    pub(crate) fn add(
        &mut self,
        key: &str,
        (output, group): (&Output, &Group),
        Addition { row, draft, identifiers, at, member }: Addition<'_>,
    ) -> Result<(), Fault> {
        self.expect_open(key)?;
        let open = self.open.entry(key.to_owned()).or_insert_with(|| Open::new(output));
        if let Some(known) = &open.draft
            && known.identifiers != identifiers
        {
            open.is_tainted = true;
            let why = "The row names another person than the first row of its group.";
            return Err(Fault::of_row(Reason::GroupDiffers, why));
        }
        if open.members.len() >= limits::GROUP_ROWS {
            open.is_tainted = true;
            let why = format!("The group has more than {} rows.", limits::GROUP_ROWS);
            return Err(Fault::of_row(Reason::GroupTooLong, why));
        }
        open.is_tainted |= self.unread.is_some_and(|unread| member.place.row <= unread + group.apart + 1);
        let before = open.list.len();
        let gathered = open.gather(output, group, row);
        if let Err(fault) = gathered {
            open.is_tainted = true;
            return Err(fault);
        }
        match &mut open.draft {
            // What the rows say happened when the first of them did.
            Some(known) => known.at = known.at.min(at).or(known.at).or(at),
            none => *none = draft,
        }
        self.due.push_back((member.place.row, key.to_owned()));
        open.last_row = member.place.row;
        let bytes = open.list.len() - before + member.raw.len();
        open.bytes += bytes;
        self.bytes += bytes;
        open.members.push(member);
        Ok(())
    }

    /// Whether a group is open of which a good row came.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.open.get(key).is_some_and(|open| open.draft.is_some())
    }

    /// Says that a row of the group was bad: half a group is worse than none.
    pub(crate) fn taint(&mut self, key: &str, output: &Output, row: u64) {
        if self.expect_open(key).is_err() {
            return;
        }
        let open = self.open.entry(key.to_owned()).or_insert_with(|| Open::new(output));
        open.is_tainted = true;
        open.last_row = row;
        self.due.push_back((row, key.to_owned()));
    }

    /// The same of a row that could not be read, as far as it tells to which group it belongs. If it does not, any group
    /// with a row near enough is bad.
    pub(crate) fn taint_suspects(&mut self, suspects: &Suspects, output: &Output, row: u64) {
        let (open, new): (Vec<_>, Vec<_>) = suspects.keys.iter().partition(|key| self.open.contains_key(*key));
        if open.is_empty() && (new.is_empty() || suspects.may_lack_key) {
            self.open.values_mut().for_each(|open| open.is_tainted = true);
            self.unread = Some(row);
            return;
        }
        for key in if open.is_empty() { new } else { open } {
            self.taint(key, output, row);
        }
    }

    /// Closes the groups to which no row can come any more, now that `row` is reached.
    pub(crate) fn close_before(
        &mut self,
        row: u64,
        (output, group): (&Output, &Group),
        closed: &mut Vec<Closed>,
    ) -> Result<(), TooMany> {
        while let Some((at, key)) = self.due.pop_front_if(|(at, _)| *at + group.apart < row) {
            if self.open.get(&key).is_some_and(|open| open.last_row == at) {
                self.close(&key, (output, group), closed)?;
            }
        }
        if self.open.len() > limits::OPEN_GROUPS || self.bytes > limits::OPEN_GROUP_BYTES {
            return Err(TooMany::Open);
        }
        Ok(())
    }

    /// Closes all groups: the files are at their end.
    pub(crate) fn close_all(&mut self, of: (&Output, &Group), closed: &mut Vec<Closed>) -> Result<(), TooMany> {
        while let Some((at, key)) = self.due.pop_front() {
            if self.open.get(&key).is_some_and(|open| open.last_row == at) {
                self.close(&key, of, closed)?;
            }
        }
        Ok(())
    }

    /// Drops all open groups: the file was cut, and what is missing of them cannot be known. In order of their rows.
    /// They are closed for rows of further files, too.
    pub(crate) fn drop_open(&mut self) -> Vec<Member> {
        self.due.clear();
        self.bytes = 0;
        self.closed.extend(self.open.keys().map(|key| hash(key)));
        let mut members: Vec<Member> = self.open.drain().flat_map(|(_, open)| open.members).collect();
        members.sort_by_key(|member| member.place.row);
        members
    }

    fn close(
        &mut self,
        key: &str,
        (output, group): (&Output, &Group),
        closed: &mut Vec<Closed>,
    ) -> Result<(), TooMany> {
        let Some(open) = self.open.remove(key) else { return Ok(()) };
        self.bytes -= open.bytes;
        if self.closed.len() >= limits::GROUPS_REMEMBERED {
            return Err(TooMany::Closed);
        }
        self.closed.insert(hash(key));
        let Some(draft) = open.draft else { return Ok(()) };
        let at = draft.at;
        let whole = Whole {
            sums: &open.sums,
            count: open.members.len(),
            list: group.list.as_deref().map(|name| (name, open.list.as_slice())),
        };
        let event = if open.is_tainted {
            let why = "Another row of the same group is bad, and half a group is worse than none.";
            Err(Fault::of_row(Reason::GroupIncomplete, why))
        } else {
            draft.json(Some(output), &whole)
        };
        closed.push(Closed { members: open.members, at, event });
        Ok(())
    }

    fn expect_open(&self, key: &str) -> Result<(), Fault> {
        if !self.open.contains_key(key) && self.closed.contains(&hash(key)) {
            let why = "The rows of its group lie further apart than `apart` says; the group was closed already.";
            return Err(Fault::of_row(Reason::GroupScattered, why));
        }
        Ok(())
    }
}

impl Open {
    fn new(output: &Output) -> Self {
        Self {
            draft: None,
            list: Vec::new(),
            sums: vec![Decimal::default(); output.sums.len()],
            members: Vec::new(),
            last_row: 0,
            is_tainted: false,
            bytes: 0,
        }
    }

    fn gather(&mut self, output: &Output, group: &Group, row: &Row<'_>) -> Result<(), Fault> {
        for (sum, of) in self.sums.iter_mut().zip(&output.sums) {
            let numbers: Option<Vec<Decimal>> = of.columns.iter().map(|place| row.values[*place].as_number()).collect();
            // A row that lacks one of the numbers adds nothing.
            let Some(numbers) = numbers else { continue };
            let product = numbers.into_iter().try_fold(of.times, Decimal::times).ok_or_else(too_large)?;
            *sum = sum.plus(product).ok_or_else(too_large)?;
        }
        if group.list.is_some() {
            let mut fields = Vec::with_capacity(128);
            write_fields(&mut fields, &group.each, row)?;
            if !self.list.is_empty() {
                self.list.push(b',');
            }
            self.list.push(b'{');
            self.list.append(&mut fields);
            self.list.push(b'}');
        }
        Ok(())
    }
}

fn hash(key: &str) -> u64 {
    first_eight(&blake3::hash(key.as_bytes()))
}

/// The first eight bytes of a hash: enough to tell a few million things apart.
pub(crate) fn first_eight(hash: &blake3::Hash) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}
