//! Lists in pages: of what was asked for one more is read, to know whether there is more.

use ramekin_model::limits;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In the order of the list.
    pub items: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
}

/// How many items to read for a page of this size: one more, and never more than a page may have.
pub(super) fn reach(limit: u32) -> u32 {
    limit.min(limits::MAX_LIST_PAGE).saturating_add(1)
}

impl<T> Page<T> {
    /// The page of this size, of what was read for it.
    pub(super) fn of(mut items: Vec<T>, limit: u32) -> Self {
        let size = limit.min(limits::MAX_LIST_PAGE) as usize;
        let has_more = items.len() > size;
        items.truncate(size);
        Self { items, has_more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_on_and_past_its_limit() {
        let page = |count: u32, limit: u32| {
            let read: Vec<u32> = (0..count.min(reach(limit))).collect();
            let page = Page::of(read, limit);
            (page.items.len(), page.has_more)
        };
        assert_eq!((page(2, 3), page(3, 3), page(4, 3)), ((2, false), (3, false), (3, true)));
        let most = limits::MAX_LIST_PAGE;
        assert_eq!(page(most, most), (most as usize, false));
        assert_eq!(page(most + 1, most), (most as usize, true));
        assert_eq!(page(most + 1, most + 1), (most as usize, true), "a larger page is not to be had");
    }
}
