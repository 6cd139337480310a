//! Messages between partitions. Plain, except for the images of persons that some of them carry.

use engine::command::{Hop, News};
use store::error::StoreError;

use crate::{
    codec::{Layout, Reader, Writer},
    error::{Malformed, RecordError},
    image::{read_image, write_image},
    seal::Keys,
};

pub(crate) fn write_hop(hop: &Hop, keys: Keys<'_>, to: &mut Writer) -> Result<(), StoreError> {
    match hop {
        Hop::Claim(claiming) => {
            to.byte(0);
            claiming.write(to);
        }
        Hop::Share { key } => {
            to.byte(1);
            key.write(to);
        }
        Hop::Release { key, side } => {
            to.byte(2);
            key.write(to);
            side.write(to);
        }
        Hop::Tell { to: profile, news } => {
            to.byte(3);
            profile.write(to);
            write_news(news, keys, to)?;
        }
        Hop::Return { image } => {
            to.byte(4);
            write_image(image, keys, to)?;
        }
        Hop::Forget { profile } => {
            to.byte(5);
            profile.write(to);
        }
        Hop::Repoint { profile, to: survivor, moves } => {
            to.byte(6);
            profile.write(to);
            survivor.write(to);
            moves.write(to);
        }
    }
    Ok(())
}

pub(crate) fn read_hop(from: &mut Reader<'_>, keys: Keys<'_>) -> Result<Hop, RecordError> {
    Ok(match from.byte()? {
        0 => Hop::Claim(Layout::read(from)?),
        1 => Hop::Share { key: Layout::read(from)? },
        2 => Hop::Release { key: Layout::read(from)?, side: Layout::read(from)? },
        3 => Hop::Tell { to: Layout::read(from)?, news: read_news(from, keys)? },
        4 => Hop::Return { image: read_image(from, keys)? },
        5 => Hop::Forget { profile: Layout::read(from)? },
        6 => Hop::Repoint { profile: Layout::read(from)?, to: Layout::read(from)?, moves: Layout::read(from)? },
        _ => return Err(Malformed::Impossible { what: "hop" }.into()),
    })
}

fn write_news(news: &News, keys: Keys<'_>, to: &mut Writer) -> Result<(), StoreError> {
    match news {
        News::Settle { side, key, hold } => {
            to.byte(0);
            side.write(to);
            key.write(to);
            hold.write(to);
        }
        News::Meet { claimant, over } => {
            to.byte(1);
            claimant.write(to);
            over.write(to);
        }
        News::Yield { survivor, over, strong_links } => {
            to.byte(2);
            survivor.write(to);
            over.write(to);
            strong_links.write(to);
        }
        News::Refresh => to.byte(3),
        News::MergeIn { image, record } => {
            to.byte(4);
            write_image(image, keys, to)?;
            record.write(to);
        }
    }
    Ok(())
}

fn read_news(from: &mut Reader<'_>, keys: Keys<'_>) -> Result<News, RecordError> {
    Ok(match from.byte()? {
        0 => News::Settle { side: Layout::read(from)?, key: Layout::read(from)?, hold: Layout::read(from)? },
        1 => News::Meet { claimant: Layout::read(from)?, over: Layout::read(from)? },
        2 => {
            News::Yield { survivor: Layout::read(from)?, over: Layout::read(from)?, strong_links: Layout::read(from)? }
        }
        3 => News::Refresh,
        4 => News::MergeIn { image: read_image(from, keys)?, record: Layout::read(from)? },
        _ => return Err(Malformed::Impossible { what: "news" }.into()),
    })
}
