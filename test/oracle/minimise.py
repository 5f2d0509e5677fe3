"""minimise.py: the few statements of a random case that show a difference."""


def closed(blocks, wanted):
    """The blocks about these tables and no others."""
    return [b for b in blocks if b.tables and b.tables <= wanted]


def halves(blocks, count):
    size = max(1, len(blocks) // count)
    return [blocks[i:i + size] for i in range(0, len(blocks), size)]


class Search:
    """Leaves out what can be left out, with a limited number of trials."""

    def __init__(self, differs, trials):
        self.differs = differs  # function(blocks) -> whether they still show it
        self.trials = trials

    def shows(self, blocks):
        if self.trials <= 0:
            return False
        self.trials -= 1
        return self.differs(blocks)

    def run(self, blocks, tables):
        for number in tables:
            alone = closed(blocks, {number})
            if alone and self.shows(alone):
                blocks = alone
                break
        return self.split(self.thin(blocks))

    def thin(self, blocks):
        """Leaves out ever smaller parts."""
        count = 2
        while len(blocks) > 1 and self.trials > 0:
            parts = halves(blocks, count)
            for part in reversed(parts):  # the end is what is needed least
                rest = [b for b in blocks if b not in part]
                if rest and self.shows(rest):
                    blocks = rest
                    count = max(2, count - 1)
                    break
            else:
                if count >= len(blocks):
                    break
                count = min(len(blocks), count * 2)
        return blocks

    def split(self, blocks):
        """The same with the statements of each transaction."""
        for place, block in enumerate(blocks):
            lines = block.script.split(";\n")
            if len(lines) > 3 and self.trials > 0:
                blocks[place] = self.shorter(blocks, place, block, lines)
        return blocks

    def shorter(self, blocks, place, block, lines):
        for index in range(len(lines) - 2, 0, -1):
            fewer = type(block)(block.tables, ";\n".join(lines[:index] + lines[index + 1:]), block.alters)
            if self.shows(blocks[:place] + [fewer] + blocks[place + 1:]):
                block, lines = fewer, lines[:index] + lines[index + 1:]
        return block
