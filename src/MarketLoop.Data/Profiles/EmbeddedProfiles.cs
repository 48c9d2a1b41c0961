using Dapper;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Profiles;

/// <summary>Profiles in the shop database, projected from <c>identify</c> events. For each trait the latest by event time counts, whatever the order of arrival; of two consents told at the same moment "no" counts.</summary>
/// <remarks>Rows stay by id. Customers who were merged are read as one: the latest of each trait, and of their consents the stricter.</remarks>
internal sealed class EmbeddedProfiles(ShopDatabase database, EventLoader loader, IdentityGraph identity) : IProfileStore
{
    private const string Columns = """
        customer AS Customer, email AS Email, email_at AS EmailAt, name AS Name, name_at AS NameAt, language AS Language, language_at AS LanguageAt,
        mail_consent AS MailConsent, mail_consent_at AS MailConsentAt, personal_consent AS PersonalConsent, personal_consent_at AS PersonalConsentAt
        """;

    /// <inheritdoc />
    public async Task<CustomerProfile?> FindAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        await loader.LoadProfilesAsync(cancellationToken);
        return database.Read(connection => FindWhole(connection, null, customer))?.ToProfile(customer);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<CustomerId, CustomerProfile>> FindManyAsync(IReadOnlyCollection<CustomerId> customers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(customers);
        await loader.LoadProfilesAsync(cancellationToken);
        return database.Read(connection =>
        {
            Dictionary<CustomerId, CustomerProfile> found = new(customers.Count);
            using SqliteTransaction oneMoment = connection.BeginTransaction(deferred: true);
            foreach (CustomerId customer in customers)
            {
                // Who was merged into another is dealt with under that one's name only: two mails to one person would be one too many.
                if (!found.ContainsKey(customer) && !identity.IsMergedAway(customer) && FindWhole(connection, oneMoment, customer) is ProfileRow row)
                {
                    found.Add(customer, row.ToProfile(customer));
                }
            }

            return found;
        });
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<CustomerProfile>> SearchAsync(string text, int limit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        await loader.LoadProfilesAsync(cancellationToken);
        return database.Read(connection => connection
            .Query<ProfileRow>(
                $"SELECT {Columns} FROM profiles WHERE instr(lower(customer), @text) > 2 OR instr(lower(name), @text) > 0 OR instr(lower(email), @text) > 0 ORDER BY customer LIMIT @limit",
                new { text = text.ToLowerInvariant(), limit })
            .Select(row => CustomerId.Parse(row.Customer))
            .Select(id => identity.IsMergedAway(id) ? identity.Resolve(id) : id)
            .Distinct()
            .Select(id => FindWhole(connection, null, id)?.ToProfile(id))
            .OfType<CustomerProfile>()
            .ToList());
    }

    /// <summary>Takes what interactions told into the profiles, inside the caller's transaction.</summary>
    public static void Project(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<Interaction> interactions)
    {
        foreach (Interaction interaction in interactions)
        {
            if (ToldTraits.From(interaction) is not ToldTraits told)
            {
                continue;
            }

            ProfileRow row = Find(connection, transaction, interaction.Customer) ?? new ProfileRow { Customer = interaction.Customer.ToString() };
            row.Take(told, interaction.OccurredAt.UtcTicks);
            connection.Execute(
                "INSERT OR REPLACE INTO profiles VALUES (@Customer, @Email, @EmailAt, @Name, @NameAt, @Language, @LanguageAt, @MailConsent, @MailConsentAt, @PersonalConsent, @PersonalConsentAt)",
                row,
                transaction);
        }
    }

    private ProfileRow? FindWhole(SqliteConnection connection, SqliteTransaction? transaction, CustomerId customer)
    {
        ProfileRow? whole = null;
        foreach (CustomerId id in identity.ProfilesOf(customer))
        {
            ProfileRow? row = Find(connection, transaction, id);
            whole = whole is null ? row : row is null ? whole : whole.Join(row);
        }

        return whole;
    }

    private static ProfileRow? Find(SqliteConnection connection, SqliteTransaction? transaction, CustomerId customer) =>
        connection.QuerySingleOrDefault<ProfileRow>($"SELECT {Columns} FROM profiles WHERE customer = @id", new { id = customer.ToString() }, transaction);

    private sealed class ProfileRow
    {
        public string Customer { get; set; } = "";

        public string? Email { get; set; }

        public long EmailAt { get; set; }

        public string? Name { get; set; }

        public long NameAt { get; set; }

        public string? Language { get; set; }

        public long LanguageAt { get; set; }

        public long? MailConsent { get; set; }

        public long MailConsentAt { get; set; }

        public long? PersonalConsent { get; set; }

        public long PersonalConsentAt { get; set; }

        public void Take(ToldTraits told, long at)
        {
            (Email, EmailAt) = Later(Email, EmailAt, told.Email, at);
            (Name, NameAt) = Later(Name, NameAt, told.Name, at);
            (Language, LanguageAt) = Later(Language, LanguageAt, told.Language, at);
            (MailConsent, MailConsentAt) = Later(MailConsent, MailConsentAt, told.ConsentsToEmail, at);
            (PersonalConsent, PersonalConsentAt) = Later(PersonalConsent, PersonalConsentAt, told.ConsentsToPersonalisation, at);
        }

        public ProfileRow Join(ProfileRow other)
        {
            (Email, EmailAt) = Later(Email, EmailAt, new Told<string>(other.EmailAt > 0, other.Email), other.EmailAt);
            (Name, NameAt) = Later(Name, NameAt, new Told<string>(other.NameAt > 0, other.Name), other.NameAt);
            (Language, LanguageAt) = Later(Language, LanguageAt, new Told<string>(other.LanguageAt > 0, other.Language), other.LanguageAt);

            // Never asked counts as no for mail and as yes for personalisation.
            MailConsent = MailConsent == 0 || other.MailConsent == 0 ? 0 : MailConsent is null || other.MailConsent is null ? null : 1;
            PersonalConsent = PersonalConsent == 0 || other.PersonalConsent == 0 ? 0 : PersonalConsent ?? other.PersonalConsent;
            return this;
        }

        public CustomerProfile ToProfile(CustomerId customer) => new()
        {
            Customer = customer,
            Email = Email,
            Name = Name,
            Language = Language,
            ConsentsToEmail = MailConsent is null ? null : MailConsent != 0,
            ConsentsToPersonalisation = PersonalConsent is null ? null : PersonalConsent != 0,
        };

        private static (string?, long) Later(string? present, long presentAt, Told<string> told, long at) =>
            told.IsTold && (at > presentAt || (at == presentAt && string.CompareOrdinal(told.Value, present) > 0)) ? (told.Value, at) : (present, presentAt);

        private static (long?, long) Later(long? present, long presentAt, Told<bool?> told, long at) =>
            told.IsTold && (at > presentAt || (at == presentAt && told.Value == false)) ? (told.Value == true ? 1 : 0, at) : (present, presentAt);
    }
}
