//! Texts of feeds as plain text: shops put HTML into titles and descriptions, once or twice escaped.

use quick_xml::escape::resolve_html5_entity;

/// Elements whose contents no reader of a page sees.
const UNSEEN: &[&str] = &["script", "style", "template", "noscript", "iframe", "object", "svg", "head", "title"];
/// Elements that do not part words.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup",
    "u", "wbr",
];
/// Marks that nobody sees: soft hyphen, zero-width space, word joiner, byte order mark.
const UNSEEN_MARKS: &[char] = &['\u{ad}', '\u{200b}', '\u{2060}', '\u{feff}'];
/// What shops wrap HTML in that goes into XML, and leave around it elsewhere.
const CDATA: &str = "<![CDATA[";
/// How often a text may have been escaped.
const ESCAPED: usize = 3;
/// Bytes of an entity's name, at most: `&CounterClockwiseContourIntegral;`.
const ENTITY_BYTES: usize = 33;

/// The text of a piece of HTML, without elements, scripts, remarks and control characters, blanks folded into one.
/// In what comes out, no `<` begins an element: it has a blank behind it, or nothing that could be a name.
pub fn text(html: &str) -> String {
    let mut text = html.replace(CDATA, " ");
    if text != html {
        text = text.replace("]]>", " ");
    }
    for _ in 0..ESCAPED {
        if !text.contains(['<', '&']) {
            break;
        }
        let plain = unescaped(&without_elements(&text));
        if plain == text {
            break;
        }
        text = plain;
    }
    folded(&without_elements(&text))
}

/// What HTML shows of itself (as its standard's tokenizer sees it), escapes as they are.
fn without_elements(html: &str) -> String {
    // First of all, since `<` and a mark and a letter would become an element without the mark.
    let seen: String = html.chars().filter(|c| !UNSEEN_MARKS.contains(c)).collect();
    let (mut out, mut rest) = (String::with_capacity(seen.len()), seen.as_str());
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(begin) = rest[1..].chars().next().filter(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        else {
            out.push('<');
            rest = &rest[1..];
            // What follows must not become an element with it, once what stands between has gone.
            if rest.starts_with('<') {
                out.push(' ');
            }
            continue;
        };
        rest = match begin {
            '!' if rest.starts_with("<!--") => behind(&rest[4..], "-->"),
            '!' | '?' => behind(rest, ">"),
            _ => element(rest, &mut out),
        };
    }
    out.push_str(rest);
    out
}

/// Passes over a tag, and over what is in an element that nobody sees. A tag that does not end goes on to the end.
fn element<'h>(html: &'h str, out: &mut String) -> &'h str {
    let is_end = html.starts_with("</");
    let name_at = if is_end { 2 } else { 1 };
    let name = &html[name_at..];
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len())];
    let rest = behind_tag(&html[name_at + name.len()..]);
    let lower = name.to_ascii_lowercase();
    if !INLINE.contains(&lower.as_str()) {
        out.push(' ');
    }
    if is_end || !UNSEEN.contains(&lower.as_str()) {
        return rest;
    }
    let mut search = rest;
    while let Some(at) = search.find("</") {
        let tag = &search[at + 2..];
        if tag.get(..lower.len()).is_some_and(|end| end.eq_ignore_ascii_case(&lower)) {
            return behind_tag(&tag[lower.len()..]);
        }
        search = tag;
    }
    ""
}

/// What stands behind the `>` of a tag. One in a quoted value does not end it.
fn behind_tag(html: &str) -> &str {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '>' => return &html[at + 1..],
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
    }
    // A quote that never ends is a stray one.
    if quote.is_some() { behind(html, ">") } else { "" }
}

fn behind<'h>(html: &'h str, end: &str) -> &'h str {
    html.find(end).map_or("", |at| &html[at + end.len()..])
}

/// The text with escapes as the characters that they stand for; what is none stays.
fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest.bytes().take(ENTITY_BYTES).position(|byte| byte == b';').and_then(|end| rest.get(..end));
        match name.filter(|name| push_entity(name, &mut out)) {
            Some(name) => rest = &rest[name.len() + 1..],
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

/// Writes what an entity stands for, if it is one.
pub(crate) fn push_entity(name: &str, out: &mut String) -> bool {
    let number = name.strip_prefix('#').map(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    });
    match number {
        Some(code) => {
            let letter = code.ok().and_then(char::from_u32);
            letter.into_iter().for_each(|letter| out.push(letter));
            letter.is_some()
        }
        None => {
            let letters = resolve_html5_entity(name);
            letters.into_iter().for_each(|letters| out.push_str(letters));
            letters.is_some()
        }
    }
}

/// Blanks and control characters of any kind as one blank each run, none before and behind.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_page_would_show_is_left() {
        for (html, plain) in [
            ("Boot", "Boot"),
            ("<p>Warm</p><p>and <b>dr</b>y</p>", "Warm and dry"),
            ("one<br/>two<BR>three", "one two three"),
            ("<ul><li>a</li><li>b</li></ul>", "a b"),
            ("x<script>alert('</p>')</script>y", "x y"),
            ("x<SCRIPT src=\"a>b\">evil()</ScRiPt >y", "x y"),
            ("<style>p { color: red }</style>Red", "Red"),
            ("a<!-- <b>secret</b> -->b", "ab"),
            ("<img src=x onerror=\"alert('>')\">seen", "seen"),
            ("<![CDATA[<b>bold</b>]]>", "bold"),
            ("caf&eacute; &amp; th&#233; &#x1F97E; 10&nbsp;&euro;", "café & thé 🥾 10 €"),
            ("&lt;p&gt;twice &amp;amp; escaped&lt;/p&gt;", "twice & escaped"),
            ("&lt;script&gt;alert(1)&lt;/script&gt;Boot", "Boot"),
            ("5 < 10 and 10 > 5", "5 < 10 and 10 > 5"),
            ("I <3 boots & socks; R&D", "I <3 boots & socks; R&D"),
            ("  a \t\r\n b\u{0}\u{7}c\u{a0}d ", "a b c d"),
            ("soft\u{ad}hyphen", "softhyphen"),
            ("cut <b", "cut"),
            ("a<<b>script>alert(1)", "a< script>alert(1)"),
            ("<a href=\"it's\">quote</a> <i title='\">seen", "quote seen"),
            ("<script>never closed", ""),
            ("&unknown; &#xD800; &", "&unknown; &#xD800; &"),
            ("", ""),
        ] {
            assert_eq!(text(html), plain, "{html}");
        }
    }

    /// Quadratic work would take minutes here.
    #[test]
    fn a_long_text_takes_no_longer_than_its_length() {
        for (piece, left) in [
            ("<", "< "),
            ("&amp;", "&"),
            ("<b>", ""),
            ("&lt;", "< "),
            ("<!--", ""),
            ("</script", ""),
            ("<a '", ""),
            ("<script>", ""),
            ("<![CDATA[", ""),
            ("x]]>", "x]]>"),
        ] {
            let count = 300_000 / piece.len();
            assert_eq!(text(&piece.repeat(count)), left.repeat(count).trim(), "{piece}");
        }
    }

    proptest! {
        #[test]
        fn no_element_is_left(html in "([<>/!?&;'\"a-c \\-]|<script>|</script>|&lt;|&amp;|<!--|-->|<b>){0,40}") {
            let plain = text(&html);
            let begins = |tail: &str| tail.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
            prop_assert!(!plain.split('<').skip(1).any(begins), "{plain}");
            prop_assert!(!plain.contains(char::is_control) && !plain.contains("  "));
        }
    }
}
