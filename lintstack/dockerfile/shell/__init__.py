"""Scripts of RUN and its like: text to commands, pipes, assignments and redirections, each with its place."""
