"""Find the FAQ entry that answers a question. A leaf library: text in, matches out.

faq = entries.load(folder)                  # YAML -> frozen entries, or every fault at once
matcher = Matcher.build(faq, Thresholds())  # immutable; swapped whole on reload
matcher.match("lam the can cuoc o dau")     # -> Result(outcome, matches, confidence)
"""
