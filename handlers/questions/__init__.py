"""Questions and small talk: answers from the FAQ, scams, feedback, handing over to an officer."""
