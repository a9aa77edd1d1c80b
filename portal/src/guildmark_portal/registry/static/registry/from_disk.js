// A page that was opened from a disk may not read files beside it: say so. (No module: those are not loaded from a disk.)
if (location.protocol === "file:") for (const told of document.querySelectorAll("[data-from-disk]")) told.hidden = false;
