//! Tables of the data sets: gzip, one record a line, quoted fields.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use flate2::read::MultiGzDecoder;

use crate::Failed;

/// Calls `row` with the named columns of every record.
pub(crate) fn read<const N: usize>(
    path: &Path,
    separator: char,
    columns: [&str; N],
    mut row: impl FnMut([&str; N]),
) -> Result<(), Failed> {
    let file = File::open(path).map_err(|why| format!("{}: {why}", path.display()))?;
    let mut lines = BufReader::new(MultiGzDecoder::new(file)).lines();
    let header = lines.next().ok_or("an empty table")??;
    let names = fields(&header, separator);
    let place = |column: &str| names.iter().position(|name| name == column).ok_or(format!("no column {column}"));
    let mut places = [0; N];
    for (place_of, column) in places.iter_mut().zip(columns) {
        *place_of = place(column)?;
    }
    for line in lines {
        let line = line?;
        let fields = fields(&line, separator);
        row(places.map(|place| fields.get(place).map_or("", String::as_str)));
    }
    Ok(())
}

fn fields(line: &str, separator: char) -> Vec<String> {
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            letter if letter == separator && !is_quoted => fields.push(String::new()),
            letter => fields.last_mut().expect("there is always a field").push(letter),
        }
    }
    fields
}

/// Numbers without gaps for names, in the order in which they come.
#[derive(Debug, Default)]
pub(crate) struct Numbers(HashMap<String, u32>);

impl Numbers {
    pub(crate) fn of(&mut self, name: &str) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(name.to_owned()).or_insert(next)
    }
}

/// `2010-10-01 08:26:00` as milliseconds since 1970. Days by Hinnant, "chrono-compatible low-level date algorithms".
pub(crate) fn millis(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let of_day = number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((days * 86_400 + of_day) * 1_000)
}
