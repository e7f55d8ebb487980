"""The custom actions: they read the conversation, call bot.services and answer with message ids."""
